/* JSON (RFC 8259), as far as programs that read our tables need it. */
#ifndef NEEDLEWORK_JSON_H
#define NEEDLEWORK_JSON_H

#include <stdio.h>

/* Writes a string with its quotes. */
void json_put(const char *text, FILE *stream);

#endif
