/** Cosmos DB and Service Bus that keep what they are told, as a process to be killed. The options are JSON. */
import { type CloudOptions, startCloud } from '../../stand-ins/azure/cloud.ts';

process.on('disconnect', () => process.exit(1));
await startCloud(JSON.parse(process.argv[2] ?? '') as CloudOptions);
process.send?.('ready');
