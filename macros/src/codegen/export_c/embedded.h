
/** The network with the weights that are part of the program, in read-only memory. */
const @Net@ *@prefix@_embedded(void);
