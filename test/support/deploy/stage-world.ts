import type { StageClock } from '../../../src/deploy/timings.ts';
import type { DeployStage, World } from '../../../src/deploy/world.ts';
import type { ReportEvent } from '../../../src/shared/report.ts';
import { memoryStore } from '../stores/memory-store.ts';
import { memoryPlatform } from './memory-platform.ts';

export interface StageWorld extends Omit<World, 'executable' | 'runtimes' | 'stockRunner'> {
  readonly events: ReportEvent[];
  readonly stages: DeployStage[];
  /** Names of the laps. */
  readonly laps: string[];
}

/** What lies outside a stage, in memory; it keeps what a stage reports. */
export function stageWorld(changes: Partial<World> = {}): StageWorld {
  const [events, stages, laps] = [[] as ReportEvent[], [] as DeployStage[], [] as string[]];
  const clock: StageClock = { lap: (name) => laps.push(name), stages: () => [] };
  return {
    platform: memoryPlatform(),
    store: memoryStore(),
    report: (event) => events.push(event),
    signal: new AbortController().signal,
    clock,
    onStage: (stage) => stages.push(stage),
    ...changes,
    events,
    stages,
    laps,
  };
}

/** What a stage said in words. */
export function textsOf(events: readonly ReportEvent[]): string[] {
  return events.flatMap((event) => ('text' in event ? event.text : []));
}
