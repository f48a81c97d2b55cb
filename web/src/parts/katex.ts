/** KaTeX with its style, in a chunk of its own: fetched by the first formula. */
import 'katex/dist/katex.min.css';
import katex from 'katex';

export default katex;
