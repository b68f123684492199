package io.linkspan.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.linkspan.connector.OwnLog;
import io.linkspan.mqtt.Packet;
import io.linkspan.mqtt.Properties;
import io.linkspan.mqtt.Property;
import io.linkspan.mqtt.Qos;
import io.linkspan.mqtt.Reason;
import io.linkspan.mqtt.Subscription;
import io.linkspan.mqtt.Version;
import io.linkspan.mqtt.Will;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BrokerTest {
    private static final Properties KEPT =
            Properties.with().number(Property.SESSION_EXPIRY_INTERVAL, 3_600).build();

    private TestBench bench;

    @BeforeEach
    void begin() throws Exception {
        bench = new TestBench();
    }

    private TestBench.Client subscriber(String filter, Qos qos) {
        var client = bench.connected("sub");
        client.subscribe(filter, qos);
        client.take(Packet.Suback.class);
        return client;
    }

    private TestBench.Client kept(String id, String filter) {
        var client = bench.client(id, Version.MQTT_5);
        client.connect(true, KEPT);
        client.take(Packet.Connack.class);
        client.subscribe(filter, Qos.EXACTLY_ONCE);
        client.take(Packet.Suback.class);
        return client;
    }

    // ---- what is acknowledged when

    @Test
    void withoutATakerThatIsKeptTheDiskIsNotAskedFor() {
        var sub = subscriber("a", Qos.AT_LEAST_ONCE);
        int before = bench.log.size();
        bench.log.hold();
        var pub = bench.connected("pub");
        pub.publish("a", "x", Qos.AT_LEAST_ONCE, 1);

        assertThat(pub.take(Packet.Puback.class).reason()).isEqualTo(Reason.SUCCESS);
        assertThat(sub.text(sub.take(Packet.Publish.class))).isEqualTo("x");
        assertThat(bench.log.size()).isEqualTo(before);
    }

    @Test
    void aMessageForASessionThatIsKeptIsAcknowledgedOnceItIsOnDisk() {
        var sub = kept("keeper", "a");
        sub.lose();
        bench.log.hold();
        var pub = bench.connected("pub");
        pub.publish("a", "x", Qos.AT_LEAST_ONCE, 1);

        assertThat(pub.gotNothing()).isTrue();
        bench.log.store(100);
        pub.take(Packet.Puback.class);
    }

    @Test
    void acknowledgementsLeaveInTheOrderOfTheirMessages() {
        kept("keeper", "stored").lose();
        bench.log.hold();
        var pub = bench.connected("pub");
        pub.publish("stored", "x", Qos.AT_LEAST_ONCE, 1);
        pub.publish("nobody", "y", Qos.AT_LEAST_ONCE, 2);

        assertThat(pub.gotNothing())
                .as("2 needs no disk and waits for 1 [MQTT-4.6.0-2]")
                .isTrue();
        bench.log.store(100);
        assertThat(pub.take(Packet.Puback.class).id()).isEqualTo(1);
        assertThat(pub.take(Packet.Puback.class).id()).isEqualTo(2);
    }

    @Test
    void aMessageOfQos2IsSentOnlyWhenItIsOnDisk() {
        var sub = kept("keeper", "a");
        bench.log.hold();
        var pub = bench.connected("pub");
        pub.publish("a", "x", Qos.EXACTLY_ONCE, 1);
        assertThat(sub.gotNothing()).isTrue();
        bench.log.store(100);
        assertThat(sub.take(Packet.Publish.class).qos()).isEqualTo(Qos.EXACTLY_ONCE);
    }

    @Test
    void aPubrelWaitsUntilThePubrecIsOnDisk() {
        var sub = kept("keeper", "a");
        bench.connected("pub").publish("a", "x", Qos.EXACTLY_ONCE, 1);
        int id = sub.take(Packet.Publish.class).id();
        bench.log.hold();
        sub.send(new Packet.Pubrec(id, Reason.SUCCESS, Properties.NONE));
        assertThat(sub.gotNothing()).isTrue();
        bench.log.store(100);
        sub.take(Packet.Pubrel.class);
    }

    @Test
    void aMessageOfQos2ThatComesAgainIsTakenOnce() {
        var sub = subscriber("a", Qos.EXACTLY_ONCE);
        var pub = bench.connected("pub");
        pub.publish("a", "x", Qos.EXACTLY_ONCE, 1);
        pub.publish("a", "x", Qos.EXACTLY_ONCE, 1);
        pub.take(Packet.Pubrec.class);
        pub.take(Packet.Pubrec.class);
        pub.send(new Packet.Pubrel(1, Reason.SUCCESS, Properties.NONE));
        pub.take(Packet.Pubcomp.class);
        pub.publish("a", "y", Qos.EXACTLY_ONCE, 1);

        assertThat(sub.text(sub.take(Packet.Publish.class))).isEqualTo("x");
        assertThat(sub.text(sub.take(Packet.Publish.class))).isEqualTo("y");
        assertThat(sub.gotNothing()).isTrue();
    }

    // ---- a full disk

    @Test
    void aFullDiskRefusesWhatWouldHaveToBeStoredAndHarmsNoSession() {
        var sub = kept("keeper", "a");
        sub.lose();
        bench.log.become(OwnLog.State.CONTROL_ONLY);
        var five = bench.connected("five");
        five.publish("a", "x", Qos.AT_LEAST_ONCE, 1);
        five.publish("nobody", "x", Qos.AT_LEAST_ONCE, 2);
        assertThat(five.take(Packet.Puback.class).reason()).isEqualTo(Reason.QUOTA_EXCEEDED);
        assertThat(five.take(Packet.Puback.class).reason()).isEqualTo(Reason.NO_MATCHING_SUBSCRIBERS);
        var three = bench.client("three", Version.MQTT_3_1_1);
        three.connect(true, Properties.NONE);
        three.take(Packet.Connack.class);
        three.publish("a", "x", Qos.AT_LEAST_ONCE, 1);
        assertThat(three.gotNothing()).isTrue();
        assertThat(three.wire.closed).as("3.1.1 can say it in no other way").isTrue();

        bench.log.become(OwnLog.State.OK);
        five.publish("a", "z", Qos.AT_LEAST_ONCE, 3);
        assertThat(five.take(Packet.Puback.class).reason()).isEqualTo(Reason.SUCCESS);
        sub.connect(false, KEPT);
        assertThat(sub.take(Packet.Connack.class).sessionPresent()).isTrue();
        assertThat(sub.text(sub.take(Packet.Publish.class))).isEqualTo("z");
        assertThat(sub.gotNothing()).isTrue();
    }

    @Test
    void aStepOfQos2ThatCanNotBeStoredIsNotAnsweredAndComesAgain() {
        var sub = kept("keeper", "a");
        var pub = bench.client("pub", Version.MQTT_5);
        pub.connect(true, KEPT);
        pub.take(Packet.Connack.class);
        pub.publish("a", "x", Qos.EXACTLY_ONCE, 1);
        pub.take(Packet.Pubrec.class);
        int id = sub.take(Packet.Publish.class).id();
        bench.log.refuseReadings(true);
        pub.send(new Packet.Pubrel(1, Reason.SUCCESS, Properties.NONE));
        sub.send(new Packet.Pubrec(id, Reason.SUCCESS, Properties.NONE));
        assertThat(pub.take(Packet.Disconnect.class).reason()).isEqualTo(Reason.QUOTA_EXCEEDED);
        assertThat(sub.take(Packet.Disconnect.class).reason()).isEqualTo(Reason.QUOTA_EXCEEDED);

        bench.log.refuseReadings(false);
        pub.connect(false, KEPT);
        assertThat(pub.take(Packet.Connack.class).sessionPresent()).isTrue();
        pub.send(new Packet.Pubrel(1, Reason.SUCCESS, Properties.NONE));
        assertThat(pub.take(Packet.Pubcomp.class).reason()).isEqualTo(Reason.SUCCESS);
        sub.connect(false, KEPT);
        sub.take(Packet.Connack.class);
        assertThat(sub.take(Packet.Publish.class).dup()).isTrue();
        sub.send(new Packet.Pubrec(id, Reason.SUCCESS, Properties.NONE));
        sub.take(Packet.Pubrel.class);
    }

    // ---- sessions

    @Test
    void aSessionIsTakenOverAndItsFirstConnectionToldSo() {
        var first = kept("same", "a");
        var second = bench.client("same", Version.MQTT_5);
        second.connect(false, KEPT);
        assertThat(first.take(Packet.Disconnect.class).reason()).isEqualTo(Reason.SESSION_TAKEN_OVER);
        assertThat(first.wire.closed).isTrue();
        assertThat(second.take(Packet.Connack.class).sessionPresent()).isTrue();
        first.lose();
        bench.connected("pub").publish("a", "x", Qos.AT_LEAST_ONCE, 1);
        second.take(Packet.Publish.class);
    }

    @Test
    void aSessionEndsAfterItsExpiry() {
        var client = kept("keeper", "a");
        client.lose();
        bench.advance(Duration.ofSeconds(3_599));
        assertThat(bench.broker.state().sessions).containsKey("keeper");
        bench.advance(Duration.ofSeconds(1));
        assertThat(bench.broker.state().sessions).doesNotContainKey("keeper");
        assertThat(bench.broker.state().tree.size()).isZero();
        client.connect(false, KEPT);
        assertThat(client.take(Packet.Connack.class).sessionPresent()).isFalse();
    }

    @Test
    void whatWaitedIsSentInOrderAndOnlyWhatMayHaveBeenSentIsADuplicate() {
        var sub = kept("keeper", "a");
        var pub = bench.connected("pub");
        pub.publish("a", "1", Qos.AT_LEAST_ONCE, 1);
        assertThat(sub.take(Packet.Publish.class).dup()).isFalse();
        sub.lose();
        pub.publish("a", "2", Qos.AT_LEAST_ONCE, 2);
        sub.connect(false, KEPT);
        sub.take(Packet.Connack.class);
        var first = sub.take(Packet.Publish.class);
        var second = sub.take(Packet.Publish.class);
        assertThat(sub.text(first) + first.dup()).isEqualTo("1true");
        assertThat(sub.text(second) + second.dup()).isEqualTo("2false");
    }

    @Test
    void aQueueIsBoundedAndWhatDoesNotFitIsCounted() {
        kept("keeper", "a").lose();
        var pub = bench.connected("pub");
        for (int i = 1; i <= 60; i++) pub.publish("a", "x" + i, Qos.AT_LEAST_ONCE, i);
        assertThat(bench.broker.state().sessions.get("keeper").outgoing).hasSize(50);
        assertThat(bench.broker.tally().messagesDropped).isEqualTo(10);
    }

    @Test
    void aMessageThatIsTooOldIsNotSent() {
        var sub = kept("keeper", "a");
        sub.lose();
        var pub = bench.connected("pub");
        var expiry =
                Properties.with().number(Property.MESSAGE_EXPIRY_INTERVAL, 10).build();
        pub.publish("a", "old", Qos.AT_LEAST_ONCE, 1, false, expiry);
        bench.advance(Duration.ofSeconds(7));
        pub.publish("a", "young", Qos.AT_LEAST_ONCE, 2, false, expiry);
        bench.advance(Duration.ofSeconds(4));
        sub.connect(false, KEPT);
        sub.take(Packet.Connack.class);
        var left = sub.take(Packet.Publish.class);
        assertThat(sub.text(left)).isEqualTo("young");
        assertThat(left.properties().number(Property.MESSAGE_EXPIRY_INTERVAL)).hasValue(6);
        assertThat(sub.gotNothing()).isTrue();
    }

    // ---- subscriptions

    @Test
    void overlappingSubscriptionsGiveOneCopyWithAllNumbers() {
        var sub = bench.connected("sub");
        sub.subscribe(new Subscription("a/+", Qos.AT_MOST_ONCE), 3);
        sub.subscribe(new Subscription("a/#", Qos.AT_LEAST_ONCE), 5);
        sub.each(p -> {});
        bench.connected("pub").publish("a/b", "x", Qos.EXACTLY_ONCE, 1);
        var got = sub.take(Packet.Publish.class);
        assertThat(got.qos()).isEqualTo(Qos.AT_LEAST_ONCE);
        assertThat(got.properties().subscriptionIdentifiers()).containsExactlyInAnyOrder(3L, 5L);
        assertThat(sub.gotNothing()).isTrue();
    }

    @Test
    void ofASharedSubscriptionOneMemberGetsEachMessage() {
        var one = bench.connected("one");
        var two = bench.connected("two");
        for (var each : List.of(one, two)) {
            each.subscribe("$share/g/a", Qos.AT_LEAST_ONCE);
            each.take(Packet.Suback.class);
        }
        var pub = bench.connected("pub");
        for (int i = 1; i <= 4; i++) pub.publish("a", "" + i, Qos.AT_LEAST_ONCE, i);
        assertThat(one.wire.packets).hasSize(2);
        assertThat(two.wire.packets).hasSize(2);
        two.lose();
        one.each(p -> {});
        pub.publish("a", "5", Qos.AT_LEAST_ONCE, 5);
        assertThat(one.text(one.take(Packet.Publish.class))).isEqualTo("5");
    }

    @Test
    void noLocalLeavesOutOnesOwnMessages() {
        var client = bench.connected("both");
        client.subscribe(new Subscription("a", Qos.AT_MOST_ONCE, true, false, Subscription.Handling.SEND), 0);
        client.take(Packet.Suback.class);
        client.publish("a", "own", Qos.AT_MOST_ONCE, 0);
        assertThat(client.gotNothing()).isTrue();
        bench.connected("other").publish("a", "x", Qos.AT_MOST_ONCE, 0);
        client.take(Packet.Publish.class);
    }

    @Test
    void whatMayNotBeDoneIsRefusedWithItsReasonAndCounted() {
        var client = bench.connected("c");
        client.publish("forbidden/a", "x", Qos.AT_LEAST_ONCE, 1);
        assertThat(client.take(Packet.Puback.class).reason()).isEqualTo(Reason.NOT_AUTHORIZED);
        client.subscribe("forbidden/#", Qos.AT_MOST_ONCE);
        assertThat(client.take(Packet.Suback.class).reasons()).containsExactly(Reason.NOT_AUTHORIZED);
        client.publish("1/2/3/4/5/6/7/8/9", "x", Qos.AT_LEAST_ONCE, 2);
        assertThat(client.take(Packet.Puback.class).reason()).isEqualTo(Reason.TOPIC_NAME_INVALID);
        for (int i = 0; i < 11; i++) client.subscribe("f" + i, Qos.AT_MOST_ONCE);
        var reasons = new ArrayList<Reason>();
        client.each(p -> reasons.addAll(((Packet.Suback) p).reasons()));
        assertThat(reasons).hasSize(11).endsWith(Reason.QUOTA_EXCEEDED).startsWith(Reason.SUCCESS);
        assertThat(bench.broker.tally().refused()).isEqualTo(4);
    }

    // ---- retained messages and wills

    @Test
    void retainedMessagesAreSentToWhoSubscribesAndSurvive() throws Exception {
        var pub = bench.connected("pub");
        pub.publish("a/b", "x", Qos.AT_LEAST_ONCE, 1, true, Properties.NONE);
        pub.publish("a/c", "y", Qos.AT_LEAST_ONCE, 2, true, Properties.NONE);
        pub.publish("a/c", "", Qos.AT_LEAST_ONCE, 3, true, Properties.NONE);
        bench.cutPower();
        var sub = bench.connected("sub");
        sub.subscribe("a/#", Qos.AT_MOST_ONCE);
        sub.take(Packet.Suback.class);
        var got = sub.take(Packet.Publish.class);
        assertThat(sub.text(got)).isEqualTo("x");
        assertThat(got.retain()).isTrue();
        assertThat(sub.gotNothing()).isTrue();
    }

    @Test
    void aWillIsPublishedAfterItsDelayAlsoWhenTheBrokerWasAway() throws Exception {
        var client = bench.client("mortal", Version.MQTT_5);
        client.will = Optional.of(new Will(
                "gone",
                Qos.AT_LEAST_ONCE,
                false,
                Properties.with().number(Property.WILL_DELAY_INTERVAL, 30).build(),
                new byte[] {1}));
        client.connect(true, KEPT);
        client.take(Packet.Connack.class);
        client.lose();
        bench.advance(Duration.ofSeconds(20));
        bench.cutPower();
        var sub = subscriber("gone", Qos.AT_LEAST_ONCE);
        bench.advance(Duration.ofSeconds(9));
        assertThat(sub.gotNothing()).isTrue();
        bench.advance(Duration.ofSeconds(1));
        sub.take(Packet.Publish.class);
        assertThat(bench.broker.state().wills).isEmpty();
    }

    @Test
    void whoIsConnectedWhenThePowerGoesHasItsWillPublished() throws Exception {
        var sub = kept("keeper", "gone");
        var client = bench.client("mortal", Version.MQTT_3_1_1);
        client.will = Optional.of(new Will("gone", Qos.AT_LEAST_ONCE, false, Properties.NONE, new byte[] {1}));
        client.connect(true, Properties.NONE);
        bench.cutPower();
        sub.connect(false, KEPT);
        sub.take(Packet.Connack.class);
        sub.take(Packet.Publish.class);
    }

    @Test
    void whoSaysGoodbyeHasNoWill() {
        var sub = subscriber("gone", Qos.AT_MOST_ONCE);
        var client = bench.client("polite", Version.MQTT_5);
        client.will = Optional.of(new Will("gone", Qos.AT_MOST_ONCE, false, Properties.NONE, new byte[0]));
        client.connect(true, Properties.NONE);
        client.send(new Packet.Disconnect(Reason.SUCCESS, Properties.NONE));
        assertThat(sub.gotNothing()).isTrue();
        client.connect(true, Properties.NONE);
        client.send(new Packet.Disconnect(Reason.DISCONNECT_WITH_WILL, Properties.NONE));
        sub.take(Packet.Publish.class);
    }

    // ---- flow

    @Test
    void aSlowSubscriberSlowsNobodyAndLosesQos0Only() {
        var slow = subscriber("a", Qos.AT_LEAST_ONCE);
        slow.wire.pending = 200_000;
        var pub = bench.connected("pub");
        for (int i = 1; i <= 10; i++) {
            pub.publish("a", "q0", Qos.AT_MOST_ONCE, 0);
            pub.publish("a", "q1 " + i, Qos.AT_LEAST_ONCE, i);
        }
        assertThat(pub.wire.packets).hasSize(10);
        assertThat(slow.gotNothing()).isTrue();
        assertThat(bench.broker.tally().messagesDropped).isEqualTo(10);
        slow.wire.pending = 0;
        slow.drained();
        assertThat(slow.wire.packets).hasSize(10);
    }

    @Test
    void noMoreIsUnderWayThanTheClientTakes() {
        var sub = bench.client("sub", Version.MQTT_5);
        sub.connect(true, Properties.with().number(Property.RECEIVE_MAXIMUM, 2).build());
        sub.subscribe("a", Qos.AT_LEAST_ONCE);
        sub.each(p -> {});
        var pub = bench.connected("pub");
        for (int i = 1; i <= 3; i++) pub.publish("a", "" + i, Qos.AT_LEAST_ONCE, i);
        assertThat(sub.wire.packets).hasSize(2);
        int first = sub.take(Packet.Publish.class).id();
        sub.take(Packet.Publish.class);
        sub.send(new Packet.Puback(first, Reason.SUCCESS, Properties.NONE));
        assertThat(sub.text(sub.take(Packet.Publish.class))).isEqualTo("3");
    }

    @Test
    void whoSendsMoreThanIsTakenIsSentAway() {
        var pub = bench.connected("pub");
        for (int i = 1; i <= 21; i++) pub.publish("a", "x", Qos.EXACTLY_ONCE, i);
        for (int i = 1; i <= 20; i++) pub.take(Packet.Pubrec.class);
        assertThat(pub.take(Packet.Disconnect.class).reason()).isEqualTo(Reason.RECEIVE_MAXIMUM_EXCEEDED);
    }

    @Test
    void aliasesStandForTopicsBothWays() {
        var sub = bench.client("sub", Version.MQTT_5);
        sub.connect(
                true, Properties.with().number(Property.TOPIC_ALIAS_MAXIMUM, 1).build());
        sub.subscribe("#", Qos.AT_MOST_ONCE);
        sub.each(p -> {});
        var pub = bench.connected("pub");
        var alias = Properties.with().number(Property.TOPIC_ALIAS, 1).build();
        pub.publish("a", "1", Qos.AT_MOST_ONCE, 0, false, alias);
        pub.publish("", "2", Qos.AT_MOST_ONCE, 0, false, alias);
        pub.publish("b", "3", Qos.AT_MOST_ONCE, 0);
        assertThat(sub.take(Packet.Publish.class).topic()).isEqualTo("a");
        var second = sub.take(Packet.Publish.class);
        assertThat(second.topic() + second.properties().number(Property.TOPIC_ALIAS, 0))
                .isEqualTo("1");
        var third = sub.take(Packet.Publish.class);
        assertThat(third.topic() + third.properties().has(Property.TOPIC_ALIAS)).isEqualTo("bfalse");
    }

    @Test
    void aMessageTooLargeForAClientIsNotSentToIt() {
        var sub = bench.client("sub", Version.MQTT_5);
        sub.connect(
                true, Properties.with().number(Property.MAXIMUM_PACKET_SIZE, 60).build());
        sub.subscribe("a", Qos.AT_LEAST_ONCE);
        sub.each(p -> {});
        var pub = bench.connected("pub");
        pub.publish("a", "x".repeat(60), Qos.AT_LEAST_ONCE, 1);
        pub.publish("a", "y", Qos.AT_LEAST_ONCE, 2);
        assertThat(sub.text(sub.take(Packet.Publish.class))).isEqualTo("y");
        assertThat(bench.broker.state().sessions.get("sub").outgoing).hasSize(1);
    }

    @Test
    void aSilentClientIsSentAway() {
        var client = bench.connected("silent");
        bench.advance(Duration.ofSeconds(89));
        assertThat(client.wire.closed).isFalse();
        bench.advance(Duration.ofSeconds(2));
        assertThat(client.take(Packet.Disconnect.class).reason()).isEqualTo(Reason.KEEP_ALIVE_TIMEOUT);
    }

    @Test
    void whoeverIsGoneLeavesNothingBehindThatIsDueInYears() {
        var years = Properties.with()
                .number(Property.SESSION_EXPIRY_INTERVAL, 80_000)
                .build();
        var expires = Properties.with()
                .number(Property.MESSAGE_EXPIRY_INTERVAL, 100_000_000)
                .build();
        int before = bench.broker.dues();
        var client = bench.client("comes_and_goes", Version.MQTT_5);
        client.will = Optional.of(new Will(
                "gone",
                Qos.AT_MOST_ONCE,
                false,
                Properties.with().number(Property.WILL_DELAY_INTERVAL, 70_000).build(),
                new byte[] {'1'}));
        for (int i = 0; i < 5 * Broker.CALLED_OFF_MAX; i++) {
            client.connect(i % 10 == 0, years);
            client.publish("state", "on", Qos.AT_MOST_ONCE, 0, true, expires);
            client.lose();
        }
        assertThat(bench.broker.dues()).isLessThan(before + 2 * Broker.CALLED_OFF_MAX + 10);
        bench.advance(Duration.ofSeconds(80_001));
        assertThat(bench.broker.state().sessions).doesNotContainKey("comes_and_goes");
        assertThat(bench.broker.state().wills).isEmpty();
        assertThat(bench.broker.state().retained.get("state")).isNotNull();
    }

    // ---- readings

    @Test
    void aMappedMessageIsAcknowledgedWhenItsReadingsAreOnDisk() {
        var told = new ArrayList<Tap.Done>();
        bench.tap = tap(told);
        var pub = bench.connected("pub");
        pub.publish("mapped", "1", Qos.AT_LEAST_ONCE, 1);
        assertThat(pub.gotNothing()).isTrue();
        told.getFirst().told(true);
        bench.broker.flush();
        assertThat(pub.take(Packet.Puback.class).reason()).isEqualTo(Reason.SUCCESS);
        pub.publish("mapped", "2", Qos.AT_LEAST_ONCE, 2);
        told.getLast().told(false);
        bench.broker.flush();
        assertThat(pub.take(Packet.Puback.class).reason()).isEqualTo(Reason.QUOTA_EXCEEDED);
    }

    @Test
    void aMappedMessageOfQos2IsToldAgainUntilTheSiteHasIt() throws Exception {
        var told = new ArrayList<Tap.Done>();
        bench.tap = tap(told);
        var pub = bench.connected("pub");
        pub.publish("mapped", "1", Qos.EXACTLY_ONCE, 1);
        pub.take(Packet.Pubrec.class);
        assertThat(told).hasSize(1);
        bench.cutPower();
        assertThat(told).as("it was not with the site").hasSize(2);
        told.getLast().told(true);
        bench.cutPower();
        assertThat(told).as("now it is").hasSize(2);
    }

    @Test
    void theSiteIsWokenOnceForAllThatCameInATurn() {
        var told = new ArrayList<Tap.Done>();
        var heard = new ArrayList<Integer>();
        var plain = tap(told);
        bench.tap = new Tap() {
            @Override
            public boolean wants(String topic) {
                return plain.wants(topic);
            }

            @Override
            public boolean hear(Message message, long wallMicros, Done done) {
                return plain.hear(message, wallMicros, done);
            }

            @Override
            public void heardAll() {
                heard.add(told.size());
            }
        };
        var pub = bench.connected("pub");
        for (int id = 1; id <= 3; id++) pub.sendWithoutEnd(published("mapped", id));
        assertThat(told).hasSize(3);
        assertThat(heard).isEmpty();
        assertThat(bench.broker.isDirty()).isTrue();
        bench.broker.flush();
        assertThat(heard).containsExactly(3);
        assertThat(bench.broker.isDirty()).isFalse();
        bench.broker.flush();
        assertThat(heard).hasSize(1);
    }

    private static Packet published(String topic, int id) {
        return new Packet.Publish(topic, Qos.AT_LEAST_ONCE, false, false, id, Properties.NONE, new byte[] {'1'});
    }

    private static Tap tap(List<Tap.Done> told) {
        return new Tap() {
            @Override
            public boolean wants(String topic) {
                return topic.equals("mapped");
            }

            @Override
            public boolean hear(Message message, long wallMicros, Done done) {
                told.add(done);
                return true;
            }
        };
    }
}
