import { runUser } from '../containers/user.ts';
import { azureHost } from './host.ts';

await runUser(azureHost);
