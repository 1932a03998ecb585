// Loaded before the program (Pulumi.yaml, nodeargs), by whatever Node Pulumi finds: the TypeScript is read by Node
// itself where it can (22.18 and newer), else by tsx. What V8 compiles is kept for the next run.
import module from 'node:module';

module.enableCompileCache?.();
if (!process.features.typescript) await import('tsx');
