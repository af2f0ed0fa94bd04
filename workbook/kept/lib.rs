//! Nothing: what there is to build is the test.
