/** A device claims something that turns out not to work, such as half precision that does not compile. Nothing is wrong with its figures. */
export class NotOffered extends Error {
  override name = 'NotOffered'
}
