import { serve } from './child.ts';

serve((request, response) => response.writeHead(request.url === '/ready' ? 200 : 404).end());
