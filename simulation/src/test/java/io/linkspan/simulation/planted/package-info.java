/// Small violations of the architecture, one a class, which `ArchitectureTest` must find: its negative controls.
/// Below this package each folder pretends to be a module of that name.
package io.linkspan.simulation.planted;
