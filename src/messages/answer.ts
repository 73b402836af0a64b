/**
 * What an activity answers where an error is part of the answer and not a failure of the activity: the workflow goes on with it. After an error
 * there is as much of the rest as is known.
 */
export type Answer<T> = (Readonly<T> & { readonly error: null }) | (Readonly<Partial<T>> & { readonly error: string });
