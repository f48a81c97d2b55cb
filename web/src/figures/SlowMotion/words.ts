/** What a moment of the pass means, in a sentence about this net. */
import type { NetPayload } from '../../engine/payload.ts';
import type { PassMoment, Place } from '../../engine/types.ts';
import { formatNumber, formatSigned } from '../../parts/format.ts';
import { indexed, lettersFrom } from '../Derivation/letters.ts';
import { neuronName, type Neurons } from '../Net/words.ts';

function placeName(place: Place | null, neurons: Neurons): string {
  if (place?.kind === 'neuron') return neuronName(neurons, place.layer, place.unit);
  if (place?.kind === 'edge') {
    return `the weight from ${neuronName(neurons, place.layer - 1, place.from)} to ${neuronName(neurons, place.layer, place.to)}`;
  }
  return 'the cost';
}

/** "the sum of hidden 1.2": which of a neuron's numbers a variable is. */
function whatOf(variable: string, place: Place | null, neurons: Neurons): string {
  const name = placeName(place, neurons);
  if (place?.kind !== 'neuron') return name;
  if (/^z\d/.test(variable)) return `the sum of ${name}`;
  return /^b\d/.test(variable) ? `the bias of ${name}` : `the value of ${name}`;
}

export function sentence(moment: PassMoment, neurons: Neurons): string {
  const { target, place, words } = moment;
  if (moment.direction === 'backward') {
    const what = whatOf(target.variable.replace(/^d/, ''), place, neurons);
    return `cost changes by ${formatSigned(target.number)} per unit of ${what}`;
  }
  if (place?.kind === 'cost') return 'what this example costs: how far the answer is from the truth';
  const name = placeName(place, neurons);
  if (/^z\d/.test(target.variable)) return `${name} sums up: each value times its weight, and its bias`;
  return `${name} answers with its value: ${words}`;
}

/** "0.29 × 0.48 = 0.137": what one packet is made of. */
export function recipe(packet: PassMoment['packets'][number]): string {
  if (packet.from.length < 2) return formatNumber(packet.number);
  const parts = packet.from.map(({ number }) =>
    number < 0 ? `(${formatNumber(number)})` : formatNumber(number),
  );
  return `${parts.join(' × ')} = ${formatNumber(packet.number)}`;
}

/** The moment's formula with this place's indices. */
export function formula(moment: PassMoment, passes: NetPayload['passes'] | undefined): string {
  const steps = passes?.[moment.direction] ?? [];
  const step = steps.find(
    ({ value, tex }) => value.variable === moment.target.variable && tex === moment.tex,
  );
  return step
    ? indexed(moment.tex, lettersFrom([{ ref: step.value, index: moment.target.index }]))
    : moment.tex;
}
