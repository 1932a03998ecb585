import type { CloudName, Profile } from './names.ts';

/** What machines and databases are called in each cloud, by profile: the smallest that works, and one that is not. */
export interface Sizes {
  readonly node: string;
  readonly database: string;
}

export const sizes: Record<CloudName, Record<Profile, Sizes>> = {
  aws: {
    learn: { node: 't3.medium', database: 'db.t4g.micro' },
    production: { node: 't3.medium', database: 'db.m7g.large' },
  },
  azure: {
    learn: { node: 'Standard_B2s', database: 'Standard_B1ms' },
    production: { node: 'Standard_D2s_v5', database: 'Standard_D2ds_v5' },
  },
};

/** A region to name where none was. */
export const exampleRegion: Record<CloudName, string> = { aws: 'eu-west-1', azure: 'northeurope' };
