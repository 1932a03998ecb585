import type { Cloud } from '../clouds.ts';
import { aws } from './aws.ts';
import { azure } from './azure.ts';
import type { Look } from './orphan.ts';

export const looksOf: Readonly<Record<Cloud, readonly Look[]>> = { aws, azure };
