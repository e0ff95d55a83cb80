export const cloudmap = 1;
