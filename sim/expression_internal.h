/* Shared by expression.c (text -> nodes) and expression_value.c (nodes -> number). */
#ifndef NEEDLEWORK_EXPRESSION_INTERNAL_H
#define NEEDLEWORK_EXPRESSION_INTERNAL_H

#include "expression.h"

enum operation {
    NUMBER,
    OUTCOME,
    SUMMARY,
    PARAMETER,
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    NEGATE,
    AT_TIME,
    RATE,
    FINAL,
    MAX,
    MIN,
    MEAN,
    INTEGRAL,
    TIME_OF_MAX, /* from here on: times */
    TIME_OF_MIN,
    TIME_TO,
    FIRST,
    LAST,
};

/* The unit of node i; those before it are complete. */
void expression_node_unit(const struct expression *expression, int i, char unit[EXPRESSION_UNIT]);

#endif
