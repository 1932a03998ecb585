import { runUser } from '../containers/user.ts';
import { awsHost } from './host.ts';

await runUser(awsHost);
