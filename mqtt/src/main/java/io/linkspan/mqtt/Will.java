package io.linkspan.mqtt;

/// What is to be published for a client that is gone (3.1.2.5).
///
/// @param properties also with the delay
/// @param payload not to be changed
public record Will(String topic, Qos qos, boolean retain, Properties properties, byte[] payload) {}
