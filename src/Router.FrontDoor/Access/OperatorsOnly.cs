using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Router.FrontDoor.Problems;

namespace Router.FrontDoor.Access;

/// <summary>Puts the doorkeeper before endpoints that another library maps.</summary>
public static class OperatorsOnly
{
    /// <summary>Lets operators and support in, by key or by the sign-in of <c>/dashboard</c>; a browser without one is sent there.</summary>
    public static TBuilder RequireOperator<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.Finally(static endpoint =>
        {
            RequestDelegate inner = endpoint.RequestDelegate!;
            endpoint.RequestDelegate = context =>
            {
                if (context.RequestServices.GetRequiredService<Doorkeeper>().Admit(context, Permission.OperatorRead, out _) is not { } problem)
                {
                    return inner(context);
                }

                if (context.Request.Headers["Sec-Fetch-Mode"] == "navigate" && problem.Status == StatusCodes.Status401Unauthorized)
                {
                    context.Response.Redirect("/dashboard");
                    return Task.CompletedTask;
                }

                return ProblemResponse.WriteAsync(context, problem);
            };
        });
        return builder;
    }
}
