#ifndef CNATS_H
#define CNATS_H
#endif
