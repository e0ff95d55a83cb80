import { serve } from '../../../apps/hub/src/serve.js';

export const telemetry = serve;
