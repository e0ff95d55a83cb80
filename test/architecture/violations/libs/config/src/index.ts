import { ServiceEntry } from '@kubernetes-models/istio/networking.istio.io/v1/ServiceEntry';

export const config = ServiceEntry;
