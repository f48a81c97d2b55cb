/** What src/backsight/guide/demos.py writes into the page of a figure. */

import type { SceneData, StageData } from '../../lesson/data.ts';

export interface LessonLink {
  slug: string;
  number: number;
  title: string;
  question: string;
}

export interface FigureData {
  name: string;
  /** The lesson that it comes from; its functions are what it runs. */
  lesson: LessonLink;
  functions: string[];
  stage: StageData;
  scene: SceneData;
  /** The inputs that can be set on its page. */
  inputs: string[];
}

/** The page of all figures. */
export interface FigureList {
  figures: { name: string; lesson: LessonLink }[];
}
