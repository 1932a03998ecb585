import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

export interface TestSmtpServer {
  readonly url: string;
  /** In the order they were accepted. */
  readonly received: { readonly to: readonly string[]; readonly mail: ParsedMail }[];
  /** How many connections were opened. */
  connections(): number;
  /** From now on every recipient is answered with this. */
  refuseWith(code: number, message: string): void;
  stop(): Promise<void>;
}

export interface TestSmtpOptions {
  /** @default any free one */
  readonly port?: number;
  /** Every mail is kept, and then answered with 451: its sender has to take it for lost. @default false */
  readonly failAfterData?: boolean;
}

/** A real SMTP server (RFC 5321, without TLS) that wants a login and keeps what it is given. */
export async function startSmtpServer(
  login = { user: 'shop', pass: 'a password' },
  { port: wanted = 0, failAfterData = false }: TestSmtpOptions = {},
): Promise<TestSmtpServer> {
  const received: TestSmtpServer['received'] = [];
  let connections = 0;
  let refusal: Error | undefined;
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    logger: false,
    closeTimeout: 100,
    onConnect: (_session, callback) => {
      connections += 1;
      callback();
    },
    onAuth: ({ username, password }, _session, callback) =>
      username === login.user && password === login.pass
        ? callback(null, { user: username })
        : callback(new Error('wrong login')),
    onRcptTo: (_address, _session, callback) => callback(refusal),
    onData: (stream, session, callback) => {
      simpleParser(stream).then((mail) => {
        received.push({ to: session.envelope.rcptTo.map(({ address }) => address), mail });
        callback(failAfterData ? Object.assign(new Error('try again later'), { responseCode: 451 }) : null);
      }, callback);
    },
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(wanted, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://${login.user}:${encodeURIComponent(login.pass)}@127.0.0.1:${port}`,
    received,
    connections: () => connections,
    refuseWith: (code, message) => {
      refusal = Object.assign(new Error(message), { responseCode: code });
    },
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
