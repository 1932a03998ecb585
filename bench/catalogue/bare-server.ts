import { createServer } from 'node:http';

/** What `process.send` brings: for each path the answer to give. */
export type BareAnswers = readonly (readonly [path: string, headers: Record<string, string>, body: string])[];

/** The least that node:http can do: it finds an answer by its path and sends the bytes. */
process.once('message', (given: BareAnswers) => {
  const answers = new Map(given.map(([path, headers, body]) => [path, { headers, body: Buffer.from(body) }]));
  const server = createServer((request, response) => {
    const answer = answers.get(request.url ?? '');
    if (!answer) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { ...answer.headers, 'content-length': answer.body.length }).end(answer.body);
  });
  server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
});
process.on('disconnect', () => process.exit());
