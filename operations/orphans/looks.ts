import type { CloudName } from '../../components/config/names.ts';

import { aws } from './aws.ts';
import { azure } from './azure.ts';
import type { Look } from './orphan.ts';

export const looksOf: Readonly<Record<CloudName, readonly Look[]>> = { aws, azure };
