import { serve } from './child.ts';

let processes: unknown = [];
process.on('message', (message: { type?: string; processes?: unknown }) => {
  if (message.type === 'processes') processes = message.processes;
});

serve((request, response) => {
  if (request.url === '/env') response.end(JSON.stringify(process.env));
  else response.end(JSON.stringify(processes));
});
