// The generated checks compile with the flags of this file.
int tlspp_probe() { return 0; }
