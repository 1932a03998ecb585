// Plain JavaScript, for the runner of policy packs puts TypeScript through ts-node and knows no `.ts` in imports;
// what is imported from here is left to Node.
import './pack.ts';
