/** DynamoDB, SNS and SQS that keep what they are told, as a process to be killed. The options are JSON. */
import { type CloudOptions, startCloud } from '../../stand-ins/aws/cloud.ts';
import { standInClient } from './aws.ts';

process.on('disconnect', () => process.exit(1));
const options = JSON.parse(process.argv[2] ?? '') as Omit<CloudOptions, 'client'>;
await startCloud({ ...options, client: standInClient });
process.send?.('ready');
