/** Numbers and texts of a certain form, by name: the schemas of the reports are made from these types. */

/**
 * How many of something.
 * @asType integer
 * @minimum 0
 */
export type Count = number;

/** @asType integer */
export type Whole = number;

/**
 * Whole percent of a whole.
 * @asType integer
 * @minimum 0
 * @maximum 100
 */
export type Percent = number;

/**
 * ISO 8601, with an offset or `Z`.
 * @format date-time
 */
export type IsoTime = string;
