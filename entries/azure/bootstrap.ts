import { runBootstrap } from '../containers/bootstrap.ts';
import { azureHost } from './host.ts';

await runBootstrap(azureHost.secrets);
