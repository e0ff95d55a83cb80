import { resolve } from 'node:path';

import { serve } from './serve.js';

// The entry of `nest start hub`; people use the `isthmus serve` command.
await serve({ configFile: resolve(process.argv[2] ?? 'isthmus.yaml') });
