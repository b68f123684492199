package io.linkspan.simulation.planted.model;

/// The model knows the site: the wrong direction.
final class LooksIntoSite {
    io.linkspan.simulation.planted.site.Twin[] twins = {};
}
