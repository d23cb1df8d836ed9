/**
 * The output for one sample, with activations on the stack.
 */
void @prefix@_forward(const @Net@ *network, const @scalar@ *input, @scalar@ *output);

