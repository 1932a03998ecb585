/** The clouds that the program knows: each has a folder in providers/. */
export const cloudNames = ['aws', 'azure'] as const;
export type CloudName = (typeof cloudNames)[number];

export const profiles = ['learn', 'production'] as const;
export type Profile = (typeof profiles)[number];
