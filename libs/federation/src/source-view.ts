import type { SourceSummary } from '@isthmus/discovery';
import type { SourceSettings, SourceStateName } from '@isthmus/model';

/** What is known of one source at one moment. */
export interface SourceView extends SourceSummary {
  readonly settings: SourceSettings;
  readonly account: string | undefined;
  /** ARN that AWS takes the source for; undefined while that is not known. */
  readonly identity: string | undefined;
  readonly state: SourceStateName;
  /** A snapshot was restored, or the first catalogue pass has ended, in whatever way. */
  readonly hasStarted: boolean;
}
