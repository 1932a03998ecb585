import { writeFileSync } from 'node:fs';
import { configurationPage } from '../components/config/documentation.ts';

/** Writes docs/configuration.md from the schema of a stack's configuration. */
writeFileSync(new URL('../docs/configuration.md', import.meta.url), configurationPage('ecommerce-platform'));
