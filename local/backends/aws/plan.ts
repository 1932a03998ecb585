import { randomBytes } from 'node:crypto';
import type { ProcessSpec } from '../../supervisor/processes.ts';
import { functionNames, otherProcesses, script, waitsFor } from '../cloud-plan.ts';
import type { BackendPlan } from '../plan.ts';
import { tokenKeysSecret } from './settings.ts';

const functions = functionNames.map(
  (name): ProcessSpec => ({
    name,
    file: script('aws/function'),
    needs: ['cloud'],
    listensOn: name,
    stopStage: 3,
    env: { FUNCTION: name },
  }),
);

/** DynamoDB, SNS, SQS and Secrets Manager by stand-ins, each function and container from its bundle in a process of its own. */
export const plan: BackendPlan = {
  name: 'aws',
  processes: [
    {
      name: 'stand-ins',
      file: script('aws/stand-ins'),
      needs: ['cloud', 'tokenKeys'],
      listensOn: 'documents',
      stopStage: 5,
    },
    ...functions,
    {
      name: 'lambda-host',
      file: script('aws/lambda-host'),
      needs: ['cloud'],
      listensOn: 'functions',
      stopStage: 2,
      waitsFor: [...waitsFor, ...functionNames],
    },
    { name: 'gateway', file: script('gateway'), needs: [], listensOn: 'gateway', stopStage: 1 },
    ...otherProcesses({ needs: [], env: { TOKEN_KEYS_SECRET_NAME: tokenKeysSecret } }),
  ],
  settings: (ports) => {
    const local = (port: number) => `http://127.0.0.1:${port}`;
    return {
      SHOP_BACKEND: 'aws',
      AWS_REGION: 'us-east-1',
      // Whatever identity this machine has is not for stand-ins, and must not reach AWS from here. This one opens the
      // stand-in's secrets.
      AWS_ACCESS_KEY_ID: randomBytes(16).toString('hex'),
      AWS_SECRET_ACCESS_KEY: 'standin',
      AWS_SESSION_TOKEN: '',
      AWS_PROFILE: '',
      AWS_ENDPOINT_URL_DYNAMODB: local(ports.documents),
      AWS_ENDPOINT_URL_SNS: local(ports.messages),
      AWS_ENDPOINT_URL_SQS: local(ports.messages),
      AWS_ENDPOINT_URL_SECRETS_MANAGER: local(ports.secrets),
      RESOURCE_PREFIX: 'shop-',
      TOPIC_ARN: 'arn:aws:sns:us-east-1:000000000000:shop-events',
      ...Object.fromEntries(
        functionNames.map((name) => [`${name.toUpperCase()}_FUNCTION_URL`, local(ports[name])]),
      ),
    };
  },
};
