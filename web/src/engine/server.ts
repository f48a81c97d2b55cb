/** The training worker's behaviour, apart from the worker itself: messages in, snapshots out, time sliced. */

import { Meter, Pace, Sparing } from './clocks.ts';
import { compareStarts } from './compare.ts';
import { explain } from './errors.ts';
import { Inspector } from './inspect.ts';
import type { Sample } from './history.ts';
import { Library, netId, type DataKernels, type OptimiserKernels } from './load.ts';
import { explainOverflow } from './overflow.ts';
import type { NetKernels, NetPayload } from './payload.ts';
import type { FromWorker, NetMessage, NetSpec, Snapshot, ToWorker } from './protocol.ts';
import type { Speed } from './settings.ts';
import { deadUnits } from './stuck.ts';
import { SurfaceMaker } from './surface.ts';
import { Trainer } from './trainer.ts';
import type { Comparison, DeadUnit, Domain, OverflowReport, Surface } from './types.ts';

/** What the server needs of its surroundings. */
export interface Host {
  post(message: FromWorker, transfer: Transferable[]): void;
  /** Milliseconds. */
  now(): number;
  /** Runs a callback after all messages that are waiting, no sooner than in so many milliseconds. */
  later(callback: () => void, milliseconds: number): void;
  library(base: string, files?: Readonly<Record<string, string>>): Library;
}

/** Milliseconds of work between two looks at the messages. */
const SLICE = 8;
/** Milliseconds between two looks for dead units while running. */
const DEAD_EVERY = 250;

export class TrainingServer {
  private queue: Promise<void> = Promise.resolve();
  private library: Library | null = null;
  private kernels: { net: NetKernels; data: DataKernels; optimisers: OptimiserKernels } | null = null;
  private spec: NetSpec | null = null;
  private trainer: Trainer | null = null;
  private domain: Domain = { x1: [-1, 1], x2: [-1, 1] };
  private surface: SurfaceMaker | null = null;
  private speed: Pick<Speed, 'unit' | 'perSecond'> = { unit: 'epoch', perSecond: 60 };
  private running = false;
  private scheduled = false;
  private pace = new Pace();
  private meter = new Meter();
  private serial = 0;
  /** Rows of the next batch already looked at, at the pace of one example. */
  private looked = 0;
  private shown = { theta: new Float64Array(), samples: -1, lastEpoch: -1, surface: false };
  private readonly sample: Sparing<Sample>;
  private readonly picture: Sparing<Surface>;
  private readonly dead: Sparing<DeadUnit[]>;
  private overflow: OverflowReport | null = null;
  private comparing: Generator<Comparison | null> | null = null;
  private sliceEnd = 0;

  constructor(private readonly host: Host) {
    const now = () => host.now();
    this.sample = new Sparing(now);
    this.picture = new Sparing(now);
    this.dead = new Sparing(now, DEAD_EVERY);
  }

  /** Messages are handled one after another, also those that wait for a file. */
  receive(message: ToWorker): Promise<void> {
    this.queue = this.queue.then(async () => {
      this.serial = message.serial;
      try {
        await this.handle(message);
      } catch (thrown) {
        this.running = false;
        this.host.post({ type: 'failed', ...explain(thrown) }, []);
      }
    });
    return this.queue;
  }

  private async handle(message: ToWorker): Promise<void> {
    switch (message.type) {
      case 'open':
        this.library = this.host.library(message.base, message.files);
        return;
      case 'net':
        return this.setNet(message);
      case 'frame':
        return this.postSnapshot();
      case 'speed':
        this.speed = message.speed;
        this.looked = 0;
        this.pace.restart(this.host.now());
        return this.wake();
      case 'compare':
        return this.compare(message.start, message.seed);
      default:
        this.comparing = null;
        if (this.trainer) await this.change(this.trainer, message);
    }
  }

  private async change(trainer: Trainer, message: ToWorker): Promise<void> {
    switch (message.type) {
      case 'weight':
        trainer.setWeight(message.offset, message.value);
        break;
      case 'table':
        trainer.setTable(message.table);
        this.domain = message.domain;
        this.makeSurface();
        break;
      case 'options':
        trainer.setOptions(message.options);
        break;
      case 'rewind':
        trainer.rewind();
        break;
      case 'step':
        trainer.goOn();
        trainer.step();
        if (trainer.stopped) await this.stopped();
        break;
      case 'play':
        trainer.goOn();
        this.running = trainer.runnable && !trainer.stopped;
        this.restartClocks(trainer);
        break;
      case 'pause':
        this.running = false;
        break;
    }
    this.looked = 0;
    this.forgetLooks();
    if (trainer.stopped !== 'overflow') this.overflow = null;
    this.wake();
  }

  private async setNet(message: NetMessage): Promise<void> {
    if (!this.library) return;
    this.comparing = null;
    const { net: spec, theta, table, options } = message;
    const id = netId(spec.widths.length - 2, spec.activation, spec.output);
    const [net, data, optimisers] = await Promise.all([
      this.library.netKernels(id),
      this.library.data(),
      this.library.optimisers(),
    ]);
    const before = this.trainer;
    this.kernels = { net, data, optimisers };
    this.spec = spec;
    this.trainer = new Trainer(net, optimisers, spec.widths, theta, table, options);
    if (message.epoch > 0) this.trainer.continueFrom(message.epoch, before?.history ?? null);
    this.domain = message.domain;
    this.running = message.running && this.trainer.runnable;
    this.restartClocks(this.trainer);
    this.overflow = null;
    this.shown = { theta: new Float64Array(), samples: -1, lastEpoch: -1, surface: false };
    this.forgetLooks();
    this.looked = 0;
    this.makeSurface();
    this.wake();
  }

  private forgetLooks(): void {
    this.sample.forget();
    this.picture.forget();
    this.dead.forget();
  }

  private restartClocks(trainer: Trainer): void {
    this.pace.restart(this.host.now());
    this.meter.restart(this.host.now(), trainer.epoch);
  }

  private makeSurface(): void {
    const { trainer, kernels } = this;
    if (!trainer || !kernels) return;
    const { scaling } = trainer.rows;
    this.surface = new SurfaceMaker(
      kernels.net,
      kernels.data,
      trainer.widths,
      trainer.theta,
      this.domain,
      scaling,
    );
    this.shown.surface = false;
  }

  // ── running ─────────────────────────────────────────────────────────────────────────────────────────────

  private wake(): void {
    if (this.scheduled || !(this.running || this.comparing)) return;
    this.scheduled = true;
    this.host.later(() => void this.receiveSlice(), 0);
  }

  /** A slice of work takes its turn among the messages. */
  private receiveSlice(): Promise<void> {
    this.queue = this.queue.then(async () => {
      this.scheduled = false;
      try {
        await this.slice();
      } catch (thrown) {
        this.running = false;
        this.comparing = null;
        this.host.post({ type: 'failed', ...explain(thrown) }, []);
      }
    });
    return this.queue;
  }

  private timeIsUp = () => this.host.now() >= this.sliceEnd;

  private async slice(): Promise<void> {
    this.sliceEnd = this.host.now() + SLICE;
    const { trainer } = this;
    if (!this.running || !trainer) return this.compareSlice();
    if (!trainer.runnable) return this.stopped();
    const ticks = this.pace.owed(this.host.now(), this.speed.perSecond);
    this.pace.done(this.tick(trainer, ticks));
    this.meter.tell(this.host.now(), trainer.epoch);
    if (trainer.stopped) await this.stopped();
    if (!this.running) return;
    this.scheduled = true;
    this.host.later(() => void this.receiveSlice(), this.pace.wait(this.host.now(), this.speed.perSecond));
  }

  private tick(trainer: Trainer, ticks: number): number {
    if (this.speed.unit === 'epoch') return trainer.run(ticks, this.timeIsUp);
    let done = 0;
    while (done < ticks && !trainer.stopped && !this.timeIsUp()) {
      const batch = this.speed.unit === 'example' ? trainer.nextBatch().length : 0;
      if (this.looked < batch) this.looked++;
      else {
        trainer.step();
        this.looked = 0;
      }
      done++;
    }
    return done;
  }

  private async stopped(): Promise<void> {
    const { trainer, kernels, spec, library } = this;
    this.running = false;
    if (trainer?.stopped === 'overflow' && kernels && spec && library) {
      const payload: NetPayload = await library.netPayload(
        netId(spec.widths.length - 2, spec.activation, spec.output),
      );
      this.overflow = explainOverflow(kernels.net, payload, trainer.settings.optimiser, trainer);
    }
    this.forgetLooks();
    this.host.post({ type: 'news' }, []);
  }

  // ── comparing ───────────────────────────────────────────────────────────────────────────────────────────

  private async compare(start: Parameters<typeof compareStarts>[1]['start'], seed: number): Promise<void> {
    const { trainer, kernels, spec, library, domain } = this;
    if (!trainer?.runnable || !kernels || !spec || !library) return;
    this.running = false;
    const setting = {
      ...kernels,
      starts: await library.starts(),
      activation: spec.activation,
      start,
      seed,
      domain,
    };
    this.comparing = compareStarts(trainer, setting, this.timeIsUp);
    this.wake();
  }

  private compareSlice(): void {
    const next = this.comparing?.next();
    if (!next) return;
    if (next.done) {
      this.comparing = null;
      return;
    }
    if (next.value) this.host.post({ type: 'comparison', comparison: next.value }, []);
    this.scheduled = true;
    this.host.later(() => void this.receiveSlice(), 0);
  }

  // ── showing ─────────────────────────────────────────────────────────────────────────────────────────────

  private postSnapshot(): void {
    const { trainer, shown } = this;
    if (!trainer || !this.surface) return this.host.post({ type: 'empty' }, []);
    const spare = this.running;
    const moved = !shown.surface || !sameNumbers(shown.theta, trainer.theta);
    const recorded =
      shown.samples !== trainer.history.epoch.length || shown.lastEpoch !== trainer.history.last;
    const maker = this.surface;
    const surface = moved && this.picture.due(spare) ? this.picture.look(spare, () => maker.make()) : null;
    const { epoch, position, steps, theta, memory } = trainer.state();
    const snapshot: Snapshot = {
      type: 'snapshot',
      serial: this.serial,
      running: this.running,
      epoch,
      position,
      steps,
      theta,
      optimiser: trainer.settings.optimiser,
      memory,
      ...this.sample.look(spare, () => trainer.survey()),
      history: recorded ? trainer.history.view() : null,
      surface,
      dead: this.dead.look(spare, () => this.lookForDead(trainer)),
      stopped: trainer.stopped,
      overflow: this.overflow,
      epochsPerSecond: this.running ? this.meter.rate : 0,
      visiting: this.visiting(trainer),
    };
    this.shown = {
      theta: surface || !moved ? theta.slice() : shown.theta,
      samples: trainer.history.epoch.length,
      lastEpoch: trainer.history.last,
      surface: shown.surface || surface !== null,
    };
    this.host.post(snapshot, surface ? [surface.values.buffer, theta.buffer] : [theta.buffer]);
  }

  private visiting(trainer: Trainer): number | null {
    if (!this.running || this.speed.unit !== 'example' || this.looked === 0) return null;
    return trainer.nextBatch()[this.looked - 1] ?? null;
  }

  private lookForDead(trainer: Trainer): DeadUnit[] {
    const { kernels, spec } = this;
    if (!kernels || !spec || !trainer.runnable) return [];
    const { X, T, trainCount, classes } = trainer.rows;
    const inspector = new Inspector(kernels.net, trainer.widths, trainCount);
    inspector.run(trainer.theta, X.subarray(0, trainCount * 2), T.subarray(0, trainCount * classes));
    return deadUnits(inspector, trainer.theta, spec.activation, trainer.settings.optimiser);
  }
}

function sameNumbers(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}
