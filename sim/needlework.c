#include "needlework.h"

#include "version.h"

const char *needlework_version(void)
{
    return VERSION_NUMBER;
}
