import type { ProcessSpec } from '../../supervisor/processes.ts';
import { functionNames, otherProcesses, script, waitsFor } from '../cloud-plan.ts';
import type { BackendPlan } from '../plan.ts';

const functions = functionNames.map(
  (name): ProcessSpec => ({
    name,
    file: script('azure/function'),
    needs: ['cloud'],
    listensOn: name,
    stopStage: 2,
    waitsFor,
    env: { FUNCTION: name },
  }),
);

/** Cosmos DB and Service Bus by stand-ins, each function app from its bundle with a host of its own, containers from theirs. */
export const plan: BackendPlan = {
  name: 'azure',
  processes: [
    {
      name: 'stand-ins',
      file: script('azure/stand-ins'),
      needs: ['cloud'],
      listensOn: 'documents',
      stopStage: 5,
    },
    ...functions,
    // It goes to each function by itself.
    { name: 'gateway', file: script('gateway'), needs: ['cloud'], listensOn: 'gateway', stopStage: 1 },
    // Key Vault is asked over TLS alone, and so has no stand-in.
    ...otherProcesses({ needs: ['tokenKeys'] }),
  ],
  settings: (ports) => {
    const local = (port: number) => `http://127.0.0.1:${port}`;
    return {
      SHOP_BACKEND: 'azure',
      // Without addresses, whatever identity this machine has does not reach Azure from here.
      COSMOS: `AccountEndpoint=${local(ports.documents)}/;AccountKey=c3RhbmQtaW4=;`,
      COSMOS__accountEndpoint: '',
      COSMOS_DATABASE: 'shop',
      SERVICE_BUS: `Endpoint=sb://127.0.0.1:${ports.messages};SharedAccessKeyName=stand-in;SharedAccessKey=none;UseDevelopmentEmulator=true;`,
      SERVICE_BUS__fullyQualifiedNamespace: '',
      SERVICE_BUS_TOPIC: 'events',
      SERVICE_BUS_ADMINISTRATION: local(ports.administration),
      FEED_POLL_MS: '100',
      ...Object.fromEntries(functionNames.map((name) => [`${name.toUpperCase()}_URL`, local(ports[name])])),
    };
  },
};
