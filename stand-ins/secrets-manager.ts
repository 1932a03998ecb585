import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StandIn } from './dynamodb.ts';

export interface SecretsManagerOptions {
  /** @default a free one */
  readonly port?: number;
  /** Whoever asks must have signed with this key id: the secrets are not for everybody on the machine. */
  readonly accessKeyId: string;
  /** The secret's text as it is now; undefined when there is none of that name. */
  readonly secretOf: (name: string) => Promise<string | undefined>;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

/** Secrets Manager on 127.0.0.1, in this process, as far as GetSecretValue. It checks who asks, and no signature. */
export async function startSecretsManager(options: SecretsManagerOptions): Promise<StandIn> {
  const server = createServer((request, response) => {
    answer(request, options)
      .catch((error: Error) => failure(500, 'InternalServiceError', error.message))
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(JSON.stringify(body));
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    name: 'a Secrets Manager of the shop’s own',
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  request: IncomingMessage,
  { accessKeyId, secretOf }: SecretsManagerOptions,
): Promise<Answer> {
  const credential = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1];
  if (credential !== accessKeyId)
    return failure(
      400,
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    );
  if (request.headers['x-amz-target'] !== 'secretsmanager.GetSecretValue')
    return failure(400, 'InvalidRequestException', 'Only GetSecretValue is known here.');
  const { SecretId: name } = JSON.parse(await bodyOf(request)) as { SecretId: string };
  const text = await secretOf(name);
  if (text === undefined)
    return failure(400, 'ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  return { status: 200, body: { Name: name, SecretString: text, VersionStages: ['AWSCURRENT'] } };
}

const failure = (status: number, type: string, message: string): Answer => ({
  status,
  body: { __type: type, message },
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += part;
  return text;
}
