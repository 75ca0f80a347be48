using System.Text;
using LightMq.Lmq;
using Xunit;

namespace LightMq.Unit.Lmq;

public sealed class TokenRequestTests
{
    private const long Now = 1_780_000_000_000;

    // Of actions=R,W&expireTime=1790000000000&resources=topic1/1,topic2/2&serviceName=mq, by openssl.
    private const string ManualForm =
        "resources=topic1%2F1%2Ctopic2%2F2&actions=R%2CW&serviceName=mq&expireTime=1790000000000"
        + "&proxyType=MQTT&accessKey=AK&signature=oldCMgAIqyszVpB9RlQjE0nzrRA%3D";

    // LMQ-TOK-2.
    [Fact]
    public void The_manuals_application_is_read_and_its_signature_holds()
    {
        var fields = Parse(ManualForm);
        Assert.Null(TokenApplication.TryRead(fields, Now, out var application));
        Assert.Equal((TokenActions.ReadWrite, 1_790_000_000_000, null),
            (application!.Actions, application.ExpiresMilliseconds, application.ClientId));
        Assert.Equal(["topic1/1", "topic2/2"], application.Resources);
        Assert.True(TokenRequest.IsSigned(TokenCall.Apply, fields, "secret"));
        Assert.False(TokenRequest.IsSigned(TokenCall.Apply, fields, "other"));
        bool IsSigned(string form) => TokenRequest.IsSigned(TokenCall.Apply, Parse(form), "secret");
        foreach (var (one, other) in (ValueTuple<string, string>[])[("topic1", "topic3"), ("R%2CW", "RW"),
            ("17900", "17901"), ("&accessKey", "&clientId=GID_AAA@@@1&accessKey")])
            Assert.False(IsSigned(ManualForm.Replace(one, other)));
        // Not signed by the contract.
        Assert.True(IsSigned(ManualForm.Replace("MQTT", "HTTP")));
    }

    [Theory]
    [InlineData(TokenActions.Read, null)]
    [InlineData(TokenActions.ReadWrite, "GID_AAA@@@1,2&3=4+5%")]
    public void What_is_asked_is_what_is_read(TokenActions actions, string? clientId)
    {
        var asked = new TokenApplication(actions, ["a/#", "+/ö &=%", "b"], Now + 60_000, clientId);
        var fields = asked.Fields();
        TokenRequest.Sign(TokenCall.Apply, fields, "AK", "secret");
        var read = Parse(fields.Form());
        Assert.Null(TokenApplication.TryRead(read, Now, out var application));
        Assert.Equal(asked.Resources, application!.Resources);
        Assert.Equal(asked with { Resources = [] }, application with { Resources = [] });
        Assert.True(TokenRequest.IsSigned(TokenCall.Apply, read, "secret"));
        Assert.Equal("AK", read[TokenRequest.AccessKeyField]);
    }

    [Theory]
    [InlineData("actions", "", "actions is missing")]
    [InlineData("actions", "X", "actions must")]
    [InlineData("actions", "R,", "actions must")]
    [InlineData("actions", "r", "actions must")]
    [InlineData("resources", "", "resources is missing")]
    [InlineData("resources", "a,", "resources must")]
    [InlineData("resources", "a,b#", "resources must")]
    [InlineData("resources", "$SYS/x", "resources must")]
    [InlineData("resources", "aaaaaaaa/aaaaaaaa/aaaaaaaa/aaaaaaaa/aaaaaaaa/aaaaaaaa/aaaaaaaa/aa",
        "resources must")]
    [InlineData("proxyType", "", "proxyType is missing")]
    [InlineData("proxyType", "HTTP", "proxyType must")]
    [InlineData("proxyType", "mqtt", "proxyType must")]
    [InlineData("serviceName", "", "serviceName is missing")]
    [InlineData("serviceName", "MQ", "serviceName must")]
    [InlineData("accessKey", "", "accessKey is missing")]
    [InlineData("signature", "", "signature is missing")]
    [InlineData("expireTime", "", "expireTime is missing")]
    [InlineData("expireTime", "soon", "expireTime must")]
    [InlineData("expireTime", "-1", "expireTime must")]
    [InlineData("expireTime", "1780000059999", "expireTime must be at least 60 s")]
    [InlineData("expireTime", "253402300800000", "expireTime must")]
    [InlineData("expireTime", "99999999999999999999", "expireTime must")]
    [InlineData("clientId", "", "clientId must")]
    [InlineData("clientId", "GID_AAA@@1", "clientId must")]
    public void A_wrong_parameter_is_named(string name, string value, string expected)
    {
        var parameters = new Dictionary<string, string>
        {
            ["actions"] = "R",
            ["resources"] = "aaaaaaaa/aaaaaaaa/aaaaaaaa/aaaaaaaa/aaaaaaaa/aaaaaaaa/aaaaaaaa/a",
            ["expireTime"] = "1780000060000",
            ["proxyType"] = "MQTT",
            ["serviceName"] = "mq",
            ["accessKey"] = "AK",
            ["signature"] = "x",
        };
        Assert.Null(TokenApplication.TryRead(Fields(parameters), Now, out _));
        parameters[name] = value;
        Assert.StartsWith(expected, TokenApplication.TryRead(Fields(parameters), Now, out var application));
        Assert.Null(application);
        if (expected.EndsWith("missing", StringComparison.Ordinal)) parameters.Remove(name);
        Assert.StartsWith(expected, TokenApplication.TryRead(Fields(parameters), Now, out _));
    }

    [Theory]
    [InlineData(TokenGrant.FiltersMax, true)]
    [InlineData(TokenGrant.FiltersMax + 1, false)]
    [InlineData(10_000, false)]
    public void The_number_of_resources_is_bounded(int count, bool isRight)
    {
        var topics = string.Join(',', Enumerable.Range(0, count).Select(n => $"topic/{n}"));
        var fault = TokenApplication.TryRead(
            Parse(ManualForm.Replace("topic1%2F1%2Ctopic2%2F2", topics)), Now, out _);
        Assert.Equal(isRight, fault == null);
    }

    [Theory]
    [InlineData(TokenCall.Revoke)]
    [InlineData(TokenCall.Query)]
    public void The_other_calls_sign_their_token(TokenCall call)
    {
        var fields = new TokenFields();
        Assert.Equal("token", TokenRequest.Missing(call, fields));
        fields.Add("token", "a.b.c");
        Assert.Equal("accessKey", TokenRequest.Missing(call, fields));
        TokenRequest.Sign(call, fields, "AK", "secret");
        Assert.Null(TokenRequest.Missing(call, fields));
        Assert.Equal(Signature.Of("secret", "token=a.b.c"), fields["signature"]);
        Assert.True(TokenRequest.IsSigned(call, fields, "secret"));
        Assert.False(TokenRequest.IsSigned(call, Parse(fields.Form().Replace("a.b.c", "a.b.d")), "secret"));
        Assert.False(TokenRequest.IsSigned(call, new TokenFields(), "secret"));
    }

    [Theory]
    [InlineData("a=1&b=2", "1", "2")]
    [InlineData("a=1&a=2&b", "1,2", "")]
    [InlineData("&&a=x%20y+z%2B%3D=&", "x y z+==", null)]
    [InlineData("a=%zz%ff%", "%zz%ff%", null)]
    [InlineData("", null, null)]
    [InlineData("=&A=1", null, null)]
    public void A_form_is_read(string form, string? a, string? b)
    {
        var fields = Parse(form);
        Assert.Equal((a, b), (fields["a"], fields["b"]));
    }

    [Fact]
    public void A_form_is_bounded_and_does_not_show_itself()
    {
        Assert.True(TokenFields.TryParse(new string('a', TokenFields.CharactersMax), out _));
        Assert.False(TokenFields.TryParse(new string('a', TokenFields.CharactersMax + 1), out _));
        Assert.True(TokenFields.TryParse(new string('&', TokenFields.CountMax - 1), out _));
        Assert.False(TokenFields.TryParse(new string('&', TokenFields.CountMax), out _));
        Assert.DoesNotContain("AK", Parse(ManualForm).ToString()!, StringComparison.Ordinal);
    }

    [Fact]
    public void Calls_have_their_paths() => Assert.Equal(["/token/apply", "/token/revoke", "/token/query"],
        Enum.GetValues<TokenCall>().Select(TokenRequest.Path));

    // LMQ-TOK-4.
    [Fact]
    public void An_answer_is_written_and_read()
    {
        var answer = new TokenAnswer(TokenApiCode.Ok, "made \"it\" 漢", "a.b.c");
        Assert.Equal("""{"success":true,"message":"made \"it\" 漢","code":200,"tokenData":"a.b.c"}""",
            Encoding.UTF8.GetString(answer.Body()));
        Assert.True(TokenAnswer.TryParse(answer.Body(), out var read));
        Assert.Equal((TokenApiCode.Ok, "made \"it\" 漢", "a.b.c"), (read.Code, read.Message, read.TokenData));
        Assert.Equal("200 made \"it\" 漢", read.ToString());
        Assert.Equal("""{"success":false,"message":"revoked","code":3}""",
            Encoding.UTF8.GetString(new TokenAnswer(TokenApiCode.Revoked, "revoked").Body()));
    }

    [Theory]
    [InlineData("""{"code":407}""", 407, false)]
    [InlineData("""{"success":false,"message":null,"code":-5,"tokenData":null,"more":[1]}""", -5, false)]
    [InlineData("""{"code":200,"success":true}""", 200, true)]
    public void Other_servers_answers_are_read(string body, int code, bool isOk)
    {
        Assert.True(TokenAnswer.TryParse(Encoding.UTF8.GetBytes(body), out var answer));
        Assert.Equal((code, isOk), ((int)answer.Code, answer.IsOk));
        Assert.Equal(("", null), (answer.Message, answer.TokenData));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("{}")]
    [InlineData("""{"success":true}""")]
    [InlineData("""{"code":"200"}""")]
    [InlineData("""{"code":99999999999}""")]
    [InlineData("""{"code":200,"code":200}""")]
    [InlineData("""{"code":200,"success":false}""")]
    [InlineData("""{"code":400,"success":true}""")]
    [InlineData("""{"code":200,"success":"true"}""")]
    [InlineData("""{"code":200,"tokenData":1}""")]
    [InlineData("""{"code":200,"message":{}}""")]
    public void Any_other_answer_is_not(string body) =>
        Assert.False(TokenAnswer.TryParse(Encoding.UTF8.GetBytes(body), out _));

    private static TokenFields Fields(Dictionary<string, string> parameters)
    {
        var fields = new TokenFields();
        foreach (var (name, value) in parameters) fields.Add(name, value);
        return fields;
    }

    private static TokenFields Parse(string form)
    {
        Assert.True(TokenFields.TryParse(form, out var fields));
        return fields;
    }
}
