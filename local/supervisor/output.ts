import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

export interface LogSink {
  /** Passes the stream on, whole lines at a time, so that the lines of several processes do not mix. */
  takeFrom(stream: Readable): void;
  write(line: string): void;
}

/** Log lines (JSON) as they are to a file or pipe, readable on a terminal. A reader that went away is no error. */
export async function createLogSink(out: NodeJS.WriteStream): Promise<LogSink> {
  out.on('error', () => {});
  const write = out.isTTY ? await readable(out) : (text: string) => void out.write(text);
  return { write, takeFrom: (stream) => forwardLines(stream, write) };
}

async function readable(out: NodeJS.WriteStream): Promise<(text: string) => void> {
  const { default: pretty } = await import('pino-pretty');
  const stream = pretty({
    colorize: true,
    singleLine: true,
    ignore: 'pid,hostname,service',
    translateTime: 'SYS:HH:MM:ss.l',
    messageFormat: '{service}: {msg}',
    destination: out,
  });
  return (text) => void stream.write(text);
}

export function forwardLines(stream: Readable, write: (text: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (data: Buffer) => {
    const text = rest + decoder.write(data);
    const end = text.lastIndexOf('\n') + 1;
    rest = text.slice(end);
    if (end > 0) write(text.slice(0, end));
  });
  stream.once('end', () => {
    if (rest) write(`${rest}\n`);
  });
  stream.on('error', () => {});
}
