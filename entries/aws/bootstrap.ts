import { runBootstrap } from '../containers/bootstrap.ts';
import { awsHost } from './host.ts';

await runBootstrap(awsHost.secrets);
