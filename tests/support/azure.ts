import { type Cosmos, startCosmos } from '../../stand-ins/cosmos/server.ts';
import { type ServiceBus, startServiceBus } from '../../stand-ins/service-bus/broker.ts';
import { atEnd } from './at-end.ts';

let cosmos: Promise<Cosmos> | undefined;
let serviceBus: Promise<ServiceBus> | undefined;

/** One Cosmos DB stand-in for all of a mocha process. */
export function sharedCosmos(): Promise<Cosmos> {
  cosmos ??= startCosmos().then((started) => {
    atEnd(() => started.close());
    return started;
  });
  return cosmos;
}

/** One Service Bus stand-in for all of a mocha process. */
export function sharedServiceBus(): Promise<ServiceBus> {
  serviceBus ??= startServiceBus().then((started) => {
    atEnd(() => started.close());
    return started;
  });
  return serviceBus;
}
