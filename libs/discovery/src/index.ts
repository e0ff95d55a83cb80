export { type Probe, foundPresence, successorOf, wantedProbes } from './absence.js';
export { type AcceptContext, type InstancesOutcome, acceptInstances } from './accept-instances.js';
export { checkAccount, checkLiveAccounts, ownAccounts } from './account.js';
export {
  type CataloguePass,
  type CatalogueReads,
  chooseCatalogueReads,
  completePass,
  failedPass,
  foundServices,
  serviceKey,
} from './catalogue.js';
export { confirmEmptiness, emptinessNeeds, needsEmptyConfirmation } from './emptiness.js';
export { type PollLog, type PollRecord, dueAtMs, duePolls, nextPollAtMs, pollClass, recordPoll } from './polls.js';
export { forgetUnreferenced, trackReferenced } from './references.js';
export { selectNamespaces, selectsService } from './selection.js';
export { type SourceSummary, type StaleLimits, sourceState, sourceSummary } from './source-state.js';
