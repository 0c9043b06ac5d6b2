/** Where in the assembly something stands, so that an error can name it. */
export interface TemplatePlace {
  readonly stack: string;
  readonly logicalId: string;
  readonly type?: string;
  /** Path below `Properties`, such as `ScalingConfig.MaximumConcurrency`. */
  readonly property?: string;
}

/**
 * The template says something that the local stack doesn't interpret. Running without it would be a run of another
 * system than the one that would be deployed, so the start stops here.
 */
export class UnsupportedTemplate extends Error {
  override readonly name = "UnsupportedTemplate";
  readonly place: TemplatePlace;

  constructor(place: TemplatePlace, what: string, whatToDo: string) {
    const type = place.type === undefined ? "" : ` (${place.type})`;
    const property = place.property === undefined ? "" : `, property ${place.property}`;
    super(`${place.stack}: ${place.logicalId}${type}${property}: ${what}. ${whatToDo}`);
    this.place = place;
  }
}
