import { drinks } from './sample/drinks.ts';
import { homes } from './sample/homes.ts';
import { kitchens } from './sample/kitchens.ts';
import { outdoors } from './sample/outdoors.ts';
import { pastimes } from './sample/pastimes.ts';
import type { SampleProduct } from './sample/product.ts';
import { workplaces } from './sample/workplaces.ts';

/** A small general shop's whole range, with what lies on its shelves. */
export const sampleCatalogue: readonly SampleProduct[] = [
  ...kitchens,
  ...drinks,
  ...homes,
  ...workplaces,
  ...outdoors,
  ...pastimes,
];
