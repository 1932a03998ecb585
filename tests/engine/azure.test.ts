/** The stack azure under the real engine: what is proven and what is not is in stack-suite.ts. */
import { azure } from './azure-subject.ts';
import { cases } from './cases.ts';
import { describeStack } from './stack-suite.ts';

// The engine's own ways are seen on the other stack; what is Azure's own shows in a preview, input by input.
await describeStack(azure, [cases.preview]);
