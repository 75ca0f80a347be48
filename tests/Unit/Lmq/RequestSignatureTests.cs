using LightMq.Lmq;
using Xunit;

namespace LightMq.Unit.Lmq;

// LMQ-TOK-3.
public sealed class RequestSignatureTests
{
    // Each made by: printf %s TEXT | openssl dgst -sha1 -hmac secret -binary | base64
    private const string Sorted = "MsvkUHiCYweeVQZZNm+vW6QSWhE="; // parama=a&paramb=b1,b2,b3&paramc=c1,c2
    private const string AsSent = "bKEH/CF+UKfy3yIgtEZXXCRme2U="; // parama=a&paramb=b2,b1,b3&paramc=c2,c1

    private static readonly KeyValuePair<string, string>[] Manual =
        [new("parama", "a"), new("paramc", "c2,c1"), new("paramb", "b2,b1,b3")];

    [Fact]
    public void The_manuals_worked_example()
    {
        Assert.Equal("parama=a&paramb=b1,b2,b3&paramc=c1,c2", RequestSignature.Text(Manual));
        Assert.Equal(Sorted, RequestSignature.Sign("secret", Manual));
    }

    [Fact]
    public void Values_given_one_by_one_are_values_of_one_key() =>
        Assert.Equal("parama=a&paramb=b1,b2,b3&paramc=c1,c2", RequestSignature.Text(
            [new("paramb", "b3"), new("paramc", "c2"), new("parama", "a"), new("paramb", "b2,b1"),
                new("paramc", "c1")]));

    [Fact]
    public void Order_is_by_code_and_empty_is_something()
    {
        Assert.Equal("B=&a=,B,a,漢", RequestSignature.Text([new("a", "漢,a,,B"), new("B", "")]));
        Assert.Equal("", RequestSignature.Text([]));
    }

    [Theory]
    [InlineData(Sorted, true)]
    [InlineData(AsSent, true)]
    [InlineData("", false)]
    [InlineData("MsvkUHiCYweeVQZZNm+vW6QSWhF=", false)]
    [InlineData("MsvkUHiCYweeVQZZNm+vW6QSWhE", false)]
    [InlineData("msvkuhicyweevqzznm+vw6qswhe=", false)]
    [InlineData("漢", false)]
    public void Sorted_values_and_values_as_sent_are_right(string signature, bool expected) =>
        Assert.Equal(expected, RequestSignature.Matches("secret", Manual, signature));

    [Fact]
    public void Another_secret_or_another_value_is_not()
    {
        Assert.False(RequestSignature.Matches("Secret", Manual, Sorted));
        Assert.False(RequestSignature.Matches("secret", [.. Manual, new("more", "")], Sorted));
        Assert.False(RequestSignature.Matches("secret", Manual[..2], Sorted));
    }
}
